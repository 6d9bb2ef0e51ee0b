"""The one guarded client for everything over HTTP that leaves this machine.

`addresses` decides which addresses may be called, `resolve` turns a URL into checked addresses, `client` dials
exactly those, `body` reads answers within bounds.
"""

from stacklead.outbound.client import WEB_PORTS, Answer, Outbound

__all__ = ["WEB_PORTS", "Answer", "Outbound"]
