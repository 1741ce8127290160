"""Paces that are not what is written of them: standards that are wrong, lanes and cavities that are shut."""
