"""The web app: pages made on the server, kept fresh by one stream."""
