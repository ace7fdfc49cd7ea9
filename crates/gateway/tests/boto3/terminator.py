"""A TLS terminator in front of the gateway, because boto3 sends an API key over HTTPS only."""

import shutil
import socket
import ssl
import threading
from urllib.parse import urlsplit

import trustme


class Terminator:
    def __init__(self, url, folder):
        authority = trustme.CA()
        self.certificates = str(folder / "ca.pem")
        authority.cert_pem.write_to_path(self.certificates)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(self.context)
        self.inner = (urlsplit(url).hostname, urlsplit(url).port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                outer, _ = self.listener.accept()
            except OSError:
                return  # It was closed.
            threading.Thread(target=self.serve, args=(outer,), daemon=True).start()

    def serve(self, outer):
        with self.context.wrap_socket(outer, server_side=True) as outer, socket.create_connection(self.inner) as inner:
            threading.Thread(target=pump, args=(inner, outer), daemon=True).start()
            pump(outer, inner)

    def close(self):
        self.listener.close()


def pump(source, sink):
    try:
        with source.makefile("rb", buffering=0) as reader, sink.makefile("wb", buffering=0) as writer:
            shutil.copyfileobj(reader, writer)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # One side has gone, and with it the connection.
