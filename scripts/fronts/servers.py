"""The programs: the example proxy, and the fronts with the files of examples/proxy/front.

Of those files only addresses, ports, and the paths of certificates are changed.
"""
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

from fronts.browser import SITE
from fronts.recorder import PATIENCE

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = ROOT / "examples/proxy/front"
RUN = ROOT / "target/fronts"
MOUNT = "/ore54guier"
SECRET = "s3cret"

APACHE_MODULES = """mpm_event authz_core deflate env filter http2 proxy proxy_http reqtimeout
    setenvif socache_shmcb ssl""".split()


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        return True
    except OSError:
        return False


HAS_IPV6 = has_ipv6()


class Program:
    """A process in the foreground, which ends with this one's `with`."""

    def __init__(self, name, command, **options):
        self.log = RUN / f"{name}.log"
        with self.log.open("w") as log:
            options = {"stdout": log, "stderr": log} | options
            self.process = subprocess.Popen(command, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def give_up(self, why):
        self.process.kill()
        raise SystemExit(f"{why}; {self.log} ends:\n{self.log.read_text()[-2000:]}")


class Proxy(Program):
    """The example proxy, which trusts one front."""

    def __init__(self, upstream):
        settings = RUN / "settings.json"
        settings.write_text(json.dumps({
            "fpjs_route_prefix": MOUNT.strip("/"),
            "fpjs_pre_shared_secret": SECRET,
        }))
        command = [build(), "--listen", "127.0.0.1:0", "--connect-to", f"127.0.0.1:{upstream.port}"]
        command += ["--config", settings, "--hosts", SITE, "--trusted-address", "x-forwarded-for:1"]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("FIRSTPARTY_")}
        super().__init__("proxy", command, env=environment, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.search(r"\bhttp://127\.0\.0\.1:(\d+)", line)
        if not found:
            self.give_up(f"the proxy began with {line!r}")
        self.port = int(found[1])


def build():
    """The proxy as the tests build it, so that nothing is compiled twice."""
    command = "cargo build --locked --quiet --message-format json --profile dev --no-default-features"
    command = [*command.split(), "--example", "proxy"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    messages = map(json.loads, output.splitlines())
    return [message["executable"] for message in messages if message.get("executable")][-1]


class Front(Program):
    """A server with TLS, on the same port of 127.0.0.1 and, where there is one, ::1."""

    def __init__(self, name, relay, site):
        self.name = name
        self.port = free_port()
        self.certificate, self.key = certificate()
        self.directory = RUN / name
        self.directory.mkdir()
        super().__init__(name, COMMANDS[name](self, relay, site))
        self.await_start()

    @staticmethod
    def address(source):
        """The address at which a browser with that one finds the front."""
        return "::1" if ":" in source else "127.0.0.1"

    def await_start(self):
        context = ssl.create_default_context(cafile=self.certificate)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as plain:
                    context.wrap_socket(plain, server_hostname=SITE).close()
                    return
            except OSError as error:
                if self.process.poll() is not None or time.monotonic() > end:
                    self.give_up(f"{self.name} does not start: {error}")
                time.sleep(0.02)

    def adapt(self, file, changes):
        """A published file with other addresses; each of them has to be there."""
        text = (FILES / file).read_text()
        for old, new in changes.items():
            assert old in text, f"{file} has no {old!r}"
            text = text.replace(old, new)
        if not HAS_IPV6:
            text = "".join(line for line in text.splitlines(True) if "[::1]" not in line)
        return self.write(file, text)

    def write(self, file, text):
        path = self.directory / file
        path.write_text(text)
        return path


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def certificate():
    """One for the site, which signs itself."""
    chain, key = RUN / "chain.pem", RUN / "key.pem"
    if not chain.exists():
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
        command += f" -subj /CN={SITE} -addext subjectAltName=DNS:{SITE} -keyout {key} -out {chain}"
        subprocess.run(command.split(), check=True, stderr=subprocess.DEVNULL)
    return str(chain), str(key)


def behind(relay, site):
    return {"127.0.0.1:8787": f"127.0.0.1:{relay.port}", "127.0.0.1:8080": f"127.0.0.1:{site.port}"}


def nginx(front, relay, site):
    server = front.adapt("nginx.conf", behind(relay, site) | {
        "listen 443 ": f"listen 127.0.0.1:{front.port} ",
        "[::]:443": f"[::1]:{front.port}",
        "/etc/ssl/www.example.com/chain.pem": front.certificate,
        "/etc/ssl/www.example.com/key.pem": front.key,
    })
    temporary = [
        f"{name}_temp_path {front.directory}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    ]
    # The site compresses everything, except what the file takes out.
    main = front.write("main.conf", "\n".join([
        "user root;" if os.geteuid() == 0 else "",
        f"pid {front.directory}/pid;",
        "daemon off; error_log stderr; events {}",
        "http { access_log off; gzip on; gzip_types *; gzip_proxied any;",
        *temporary,
        f"include {server}; }}\n",
    ]))
    return ["nginx", "-e", "stderr", "-p", front.directory, "-c", main]


def apache(front, relay, site):
    modules = "/usr/lib/apache2/modules"
    host = front.adapt("apache.conf", behind(relay, site) | {
        "*:443": f"*:{front.port}",
        "/etc/ssl/www.example.com/chain.pem": front.certificate,
        "/etc/ssl/www.example.com/key.pem": front.key,
    })
    listen = [f"Listen 127.0.0.1:{front.port}"] + [f"Listen [::1]:{front.port}"] * HAS_IPV6
    main = front.write("main.conf", "\n".join([
        *(f"LoadModule {name}_module {modules}/mod_{name}.so" for name in APACHE_MODULES),
        f"ServerName {SITE}",
        f"DefaultRuntimeDir {front.directory}",
        f"PidFile {front.directory}/pid",
        "ErrorLog /dev/stderr",
        "User www-data\nGroup www-data" if os.geteuid() == 0 else "",
        "SetOutputFilter DEFLATE",
        *listen,
        f"Include {host}\n",
    ]))
    return ["apache2", "-DFOREGROUND", "-d", front.directory, "-f", main]


def haproxy(front, relay, site):
    bundle = front.write("site.pem", "".join(Path(p).read_text() for p in (front.certificate, front.key)))
    file = front.adapt("haproxy.cfg", behind(relay, site) | {
        "bind :443": f"bind 127.0.0.1:{front.port}",
        "bind [::]:443": f"bind [::1]:{front.port}",
        "/etc/haproxy/www.example.com.pem": str(bundle),
    })
    return ["haproxy", "-db", "-f", file]


def caddy(front, relay, site):
    bind = "127.0.0.1" + " [::1]" * HAS_IPV6
    address = f"https://{SITE}:{front.port} {{\n\tbind {bind}\n\ttls {front.certificate} {front.key}"
    file = front.adapt("Caddyfile", behind(relay, site) | {
        "\tservers {": "\tadmin off\n\tauto_https off\n\tservers {",
        f"{SITE} {{": address,
    })
    # It keeps its state in the home directory.
    return ["env", f"HOME={front.directory}", "caddy", "run", "--adapter", "caddyfile", "--config", file]


COMMANDS = {"nginx": nginx, "apache": apache, "haproxy": haproxy, "caddy": caddy}


def fresh_directory():
    shutil.rmtree(RUN, ignore_errors=True)
    RUN.mkdir(parents=True)
