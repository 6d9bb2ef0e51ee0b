"""The command groups behind `stacklead`."""
