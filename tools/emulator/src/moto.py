"""Serves moto on a free port of this machine, prints the port, and ends when standard input does.

moto's own command serves every request in a thread of its own, but its stores have no locks: a conditional write to
DynamoDB would not be atomic, and a message that is sent to a queue while another is deleted from it would be lost.
"""

import logging
import os
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server


def end_with_standard_input():
    sys.stdin.read()
    os._exit(0)


logging.disable()
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=False)
print(server.port, flush=True)
threading.Thread(target=end_with_standard_input, daemon=True).start()
server.serve_forever()
