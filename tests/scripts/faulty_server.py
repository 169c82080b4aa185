"""A web server on loopback that serves bytes, with ranges, and fails as it is told."""

import http.server
import re
import threading


class FaultyServer(http.server.ThreadingHTTPServer):
    """`files` by path. Of each request its path and Range are kept in `requests`.

    `faults` by path is a list, of which each request takes the first: a number (the status to answer
    with), ("cut", N) (the connection ends after N bytes of the body), ("short", N) (so it does, and
    no size was told), ("stall", N) (nothing comes after N bytes, until the server ends). Paths in
    `no_ranges` are always sent whole.
    """

    daemon_threads = True

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = files
        self.faults = {}
        self.no_ranges = set()
        self.requests = []
        self.stalled = threading.Event()
        self.ended = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def base(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def end(self):
        self.ended.set()
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        wanted = self.headers.get("Range")
        server.requests.append((self.path, wanted))
        queue = server.faults.get(self.path, [])
        fault = queue.pop(0) if queue else None
        content = server.files.get(self.path)
        if isinstance(fault, int):
            self.send_error(fault)
        elif content is None:
            self.send_error(404)
        else:
            self.send(content, self.first_byte(wanted), fault)

    def first_byte(self, wanted):
        if wanted is None or self.path in self.server.no_ranges:
            return None
        return int(re.fullmatch(r"bytes=(\d+)-", wanted).group(1))

    def send(self, content, begin, fault):
        if begin is not None and begin >= len(content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = content[begin or 0:]
        self.send_response(200 if begin is None else 206)
        if begin is not None:
            self.send_header("Content-Range",
                             f"bytes {begin}-{len(content) - 1}/{len(content)}")
        kind, size = fault if fault else (None, len(body))
        if kind != "short":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:size])
        self.wfile.flush()
        if kind == "stall":
            self.server.stalled.set()
            self.server.ended.wait()
        self.close_connection = True

    def log_message(self, *_):
        pass
