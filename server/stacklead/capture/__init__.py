"""Machines and web pages hand us a lead: the first step of the flow."""
