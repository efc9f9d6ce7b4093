"""A mail server that we did not write: aiosmtpd. Prints its port, then each message that it takes."""

import asyncio
import base64
import json
import logging
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

SECURITY, CERTIFICATE = sys.argv[1:]
logging.disable()


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 5.1.1 No such user here"
        if address.startswith("later"):
            return "451 4.7.1 Greylisted, try again in 60 seconds"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        taken = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "encrypted": session.ssl is not None or SECURITY == "implicit",
            "authenticated": bool(session.authenticated),
            "bytes": base64.b64encode(envelope.content).decode(),
        }
        print(json.dumps(taken), flush=True)
        return "250 2.0.0 Taken"


def authenticate(server, session, envelope, mechanism, given):
    is_right = (given.login, given.password) == (b"greenroom", b"correct horse")
    return AuthResult(success=is_right, handled=False)


def make():
    encrypted = SECURITY != "plain"
    return SMTP(
        Handler(),
        hostname="peer.example.com",
        enable_SMTPUTF8=True,
        tls_context=context if SECURITY == "starttls" else None,
        require_starttls=SECURITY == "starttls",
        authenticator=authenticate,
        auth_required=encrypted,
        auth_require_tls=SECURITY == "starttls",
    )


async def main():
    inner = context if SECURITY == "implicit" else None
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, ssl=inner)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Ends when the test that started it lets go of its input.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(CERTIFICATE)
asyncio.run(main())
