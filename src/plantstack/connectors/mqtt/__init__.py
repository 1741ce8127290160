"""MQTT: messages of a broker, acknowledged once they are on disk."""
