"""What another local user hears of a kernel, and what is left when a tab closes."""

import http.client
import json
import os
import subprocess
import sys

from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager
from websockets.sync.client import connect

from tests.server.visiting import until

NOBODY = 65534
# Knows the port, as any local user can (ss -tln), and not the key.  As root it turns
# into nobody once its library is loaded; an ordinary user can only lack the key.
EAVESDROPPER = f"""
import os, sys, zmq
if os.geteuid() == 0:
    os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
ear = zmq.Context().socket(zmq.SUB)
ear.setsockopt(zmq.SUBSCRIBE, b"")
ear.setsockopt(zmq.LINGER, 0)
ear.connect(f"tcp://127.0.0.1:{{sys.argv[1]}}")
print("listening", os.geteuid(), flush=True)
heard = 0
while ear.poll(1500):
    ear.recv_multipart()
    heard += 1
print(heard, flush=True)
"""


class Eavesdropper:
    """A process of another user, subscribed to a kernel's output."""

    def __init__(self, port):
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", EAVESDROPPER, str(port)],
            stdout=subprocess.PIPE,
            text=True,
        )
        user = NOBODY if os.geteuid() == 0 else os.geteuid()
        assert self.process.stdout.readline() == f"listening {user}\n"

    def heard(self):
        told, _ = self.process.communicate(timeout=20)
        return int(told)


def test_another_user_hears_nothing_of_a_kernel(server, ann):
    kernel = ann.open()
    (facts,) = [c for c in server.connections() if c.get("iopub_port")][-1:]
    assert facts["curve_publickey"]
    eavesdropper = Eavesdropper(facts["iopub_port"])
    address = f"ws://127.0.0.1:{server.port}/api/kernels/{kernel}/channels"
    headers = {"Cookie": ann.cookie_header()}
    with connect(f"{address}?session_id=s", additional_headers=headers) as line:
        own = 0
        for _ in range(3):
            line.send(json.dumps(message("kernel_info_request")))
            while own < 6:
                line.recv(timeout=10)
                own += 1
    assert own >= 6, "the owner heard nothing: the test proves nothing"
    assert eavesdropper.heard() == 0
    ann.shut(kernel)


def message(kind):
    header = {"msg_id": kind, "msg_type": kind, "session": "s", "username": ""}
    return {
        "header": header | {"version": "5.3", "date": ""},
        "parent_header": {},
        "metadata": {},
        "content": {},
        "channel": "shell",
        "buffers": [],
    }


def test_the_eavesdropper_hears_a_kernel_without_encryption(tmp_path):
    """The positive control: the same ear at an ordinary Jupyter kernel."""
    kernel = KernelManager(kernel_name="python3", transport_encryption="disabled")
    kernel.start_kernel(cwd=str(tmp_path))
    client: BlockingKernelClient = kernel.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=30)
        eavesdropper = Eavesdropper(kernel.iopub_port)
        for number in range(20):
            client.execute_interactive(f"print('a secret', {number})", timeout=10)
        assert eavesdropper.heard() > 0
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)
        kernel.cleanup_resources()


def test_no_code_is_executed_from_the_browser(server, ann):
    """An owner's websocket takes widget messages; an execute_request is dropped."""
    kernel = ann.open()
    address = f"ws://127.0.0.1:{server.port}/api/kernels/{kernel}/channels"
    headers = {"Cookie": ann.cookie_header()}
    with connect(f"{address}?session_id=s", additional_headers=headers) as line:
        asked = message("execute_request")
        asked["content"] = {"code": "print(6 * 7)", "silent": False}
        line.send(json.dumps(asked))
        line.send(json.dumps(message("kernel_info_request")))
        kinds = []
        while "kernel_info_reply" not in kinds:
            told = json.loads(line.recv(timeout=10))
            kinds.append(told["msg_type"])
            assert told["parent_header"].get("msg_type") != "execute_request"
    ann.shut(kernel)


def test_a_render_that_breaks_off_leaves_no_kernel(server, ann):
    before = set(server.kernels())
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    headers = {"Cookie": ann.cookie_header()}
    line.request("GET", "/voila/render/grading.ipynb", headers=headers)
    until(lambda: set(server.kernels()) - before, what="the start of a kernel")
    line.close()
    until(lambda: not set(server.kernels()) - before, 30, "the end of that kernel")
