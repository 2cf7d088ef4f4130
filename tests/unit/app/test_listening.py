"""The socket that `huiting serve` listens on."""

import socket
from contextlib import closing

import uvicorn

from huiting.app.serve import listening_of


def test_answers_do_not_wait_for_acknowledgements() -> None:
    with (
        closing(
            listening_of(uvicorn.Config("nothing:here", host="127.0.0.1", port=0))
        ) as listening,
        socket.create_connection(listening.getsockname()),
        closing(listening.accept()[0]) as connection,
    ):
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
