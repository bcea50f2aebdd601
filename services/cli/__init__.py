"""The command line: starts the services as processes and speaks to them over HTTP; it imports none of them."""
