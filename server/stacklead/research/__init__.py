"""A Lead in, a Research out: the pure middle of the flow."""
