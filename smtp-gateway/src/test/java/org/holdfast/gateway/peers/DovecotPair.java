package org.holdfast.gateway.peers;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A backend pair whose active member is a real Dovecot of its own: LMTP and IMAP on loopback,
 * maildirs in a temporary folder, every login exists, password {@link #PASSWORD}.
 */
final class DovecotPair implements AutoCloseable {

  static final Path PROGRAM = Path.of("/usr/sbin/dovecot");
  static final Path LMTP = Path.of("/usr/lib/dovecot/lmtp");
  static final Path IMAP = Path.of("/usr/lib/dovecot/imap");
  static final String PASSWORD = "secret";

  private static final Duration START_LIMIT = Duration.ofSeconds(15);

  final String name;
  final int lmtpPort = Peers.freePort();
  final int imapPort = Peers.freePort();

  private final Path folder;
  private final Process process;

  /** Starts it and returns when both ports answer. */
  DovecotPair(String name) throws IOException {
    this.name = name;
    folder = Peers.openFolder("dovecot");
    Path mail = Files.createDirectory(folder.resolve("mail"));
    mail.toFile().setWritable(true, false);
    mail.toFile().setReadable(true, false);
    mail.toFile().setExecutable(true, false);
    Path file = Files.writeString(folder.resolve("dovecot.conf"), configuration());
    process =
        new ProcessBuilder(PROGRAM.toString(), "-F", "-c", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("stdout").toFile())
            .start();
    await(name + " answers")
        .atMost(START_LIMIT)
        .until(() -> answers(lmtpPort) && answers(imapPort));
  }

  @Override
  public void close() throws IOException {
    Command.end(process);
    Folders.remove(folder);
  }

  private boolean answers(int port) {
    if (!process.isAlive()) {
      throw new IllegalStateException("Dovecot ended; see " + folder);
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  // Dovecot 2.3 (Debian 12).
  private String configuration() {
    return """
    base_dir = %1$s/run
    state_dir = %1$s/state
    instance_name = %2$s
    log_path = %1$s/log
    protocols = lmtp imap
    listen = 127.0.0.1
    ssl = no
    disable_plaintext_auth = no
    auth_username_format = %%Lu
    mail_location = maildir:%1$s/mail/%%u
    first_valid_uid = 1
    postmaster_address = postmaster@localhost
    passdb {
      driver = static
      args = password=%5$s
    }
    userdb {
      driver = static
      args = uid=nobody gid=nogroup home=%1$s/mail/%%u allow_all_users=yes
    }
    service lmtp {
      inet_listener lmtp {
        address = 127.0.0.1
        port = %3$d
      }
    }
    service imap-login {
      inet_listener imap {
        address = 127.0.0.1
        port = %4$d
      }
      inet_listener imaps {
        port = 0
      }
    }
    """
        .formatted(folder, name, lmtpPort, imapPort, PASSWORD);
  }
}
