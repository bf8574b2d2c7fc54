"""Model servers over the network: the client, and one wire format a file."""
