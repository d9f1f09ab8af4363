"""Deployments from data: one per connection and flow, the command line, and the demo."""
