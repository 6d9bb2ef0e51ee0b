"""StackLead: an email address in, a researched lead with proof beside every field out.

The code has the shape of the product: capture -> queue -> research -> report -> deliver.
"""

__version__ = "0.1.0"
