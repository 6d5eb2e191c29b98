"""Private servers and small clients for the tests and the demo: everything on loopback or unix sockets, nothing shared
with the services of the machine."""
