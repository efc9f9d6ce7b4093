//! What cannot be read as a request is answered with our headers.
use super::*;

const BARE: &str =
    "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\ndate: Mon, 04 Jan 2027 08:00:00 GMT\r\n\r\n";

fn ours(length: usize, body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\ncontent-security-policy: x\r\n\r\n{body}"
    )
}

fn found(text: &str) -> Option<usize> {
    let last = last_head(text.as_bytes());
    last.filter(|last| last.is_bare(text.as_bytes()))
        .map(|last| last.at)
}

#[test]
fn a_bare_answer_is_found_alone_and_behind_others() {
    assert_eq!(found(BARE), Some(0));
    let one = ours(5, "hello");
    assert_eq!(found(&format!("{one}{BARE}")), Some(one.len()));
    assert_eq!(found(&format!("{one}{one}{BARE}")), Some(2 * one.len()));
    let to_head = ours(4711, "");
    assert_eq!(found(&format!("{to_head}{BARE}")), Some(to_head.len()));
    let on_we_go = "HTTP/1.1 100 Continue\r\n\r\n";
    assert_eq!(found(&format!("{on_we_go}{BARE}")), Some(on_we_go.len()));
}

#[test]
fn what_stands_in_a_body_is_no_answer() {
    for body in [
        format!("x{BARE}"),
        BARE.replace("400", "4000"),
        "\r\n\r\n".into(),
    ] {
        assert_eq!(found(&ours(body.len(), &body)), None, "{body}");
    }
    for chunk in [
        format!("59\r\n{BARE}\r\n0\r\n\r\n"),
        format!("a,b\r\n{BARE}"),
    ] {
        assert_eq!(found(&chunk), None, "{chunk}");
    }
    let chunked =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-security-policy: x\r\n\r\n";
    assert_eq!(found(&format!("{chunked}59\r\n{BARE}")), None);
    assert_eq!(found(&BARE[..BARE.len() - 1]), None);
    assert_eq!(found(&format!("{BARE}x")), None);
    assert_eq!(found(""), None);
}

/// A socket that takes a few bytes at a time.
struct Narrow(Vec<u8>);

impl AsyncWrite for Narrow {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        context.waker().wake_by_ref();
        if self.0.len() % 8 == 7 {
            self.0.push(buffer[0]);
            return Poll::Ready(Ok(1));
        }
        let some = buffer.len().min(7 - self.0.len() % 8);
        self.0.extend_from_slice(&buffer[..some]);
        match some {
            0 => Poll::Pending,
            some => Poll::Ready(Ok(some)),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[actix_web::test]
async fn a_bare_answer_leaves_dressed_and_everything_else_as_it_is() {
    use tokio::io::AsyncWriteExt;
    let mut wire = Wire {
        socket: Narrow(Vec::new()),
        headers: "x-ours: yes\r\n".into(),
        waiting: Vec::new(),
        is_at_start: true,
        end: None,
    };
    let body = format!("x{BARE}");
    let answer = ours(body.len(), &body);
    wire.write_all(answer.as_bytes()).await.expect("written");
    wire.write_all(BARE.as_bytes()).await.expect("written");
    wire.flush().await.expect("flushed");
    let dressed = BARE.replace("GMT\r\n", "GMT\r\nx-ours: yes\r\n");
    let sent = String::from_utf8(wire.socket.0).expect("text");
    assert_eq!(sent, format!("{answer}{dressed}"));
}
