"""Modbus TCP: registers and inputs of devices, read and never written."""
