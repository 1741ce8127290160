"""OPC UA: values of a server, told by it when they change."""
