"""A local S3 with the files of a directory.

Uploads the directory to the bucket `logs`, prints the port, and then executes a command per line of standard input:
`put KEY TEXT`, `delete KEY`, `many PREFIX NUMBER`. It answers each with a line, and ends with its input.
"""

import logging
import pathlib
import sys

import boto3
from moto.server import ThreadedMotoServer


def main(root):
    # A line per request otherwise.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    s3 = boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    s3.create_bucket(Bucket="logs")
    for path in sorted(root.rglob("*")):
        if path.is_file():
            s3.put_object(Bucket="logs", Key=path.relative_to(root).as_posix(), Body=path.read_bytes())
    print(port, flush=True)
    for line in sys.stdin:
        command, key, *rest = line.rstrip("\n").split(" ", 2)
        if command == "put":
            s3.put_object(Bucket="logs", Key=key, Body=rest[0].encode())
        elif command == "delete":
            s3.delete_object(Bucket="logs", Key=key)
        else:
            for number in range(int(rest[0])):
                s3.put_object(Bucket="logs", Key=f"{key}/{number:05}", Body=b"")
        print("done", flush=True)
    server.stop()


main(pathlib.Path(sys.argv[1]))
