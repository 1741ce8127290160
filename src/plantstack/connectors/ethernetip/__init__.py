"""EtherNet/IP: tags of Logix PLCs, read and never written."""
