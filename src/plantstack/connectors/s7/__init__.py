"""Siemens S7: data blocks, flags, inputs and outputs of a PLC, read and never written."""
