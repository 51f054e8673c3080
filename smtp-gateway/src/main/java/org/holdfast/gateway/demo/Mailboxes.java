package org.holdfast.gateway.demo;

import com.icegreen.greenmail.Managers;
import com.icegreen.greenmail.imap.ImapServer;
import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.user.UserException;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The disk of one mail server: GreenMail mailboxes in memory, and IMAP in front of them. The
 * mailboxes outlive the IMAP service, as a disk outlives its machine.
 *
 * <p>Thread-safe: the lock of this object protects the IMAP service; GreenMail guards its folders.
 */
final class Mailboxes {

  /** Everybody's password: the mailboxes are there to be looked at. */
  static final String PASSWORD = "demo";

  private static final String LOOPBACK = "127.0.0.1";
  private static final long START_TIMEOUT_MILLIS = 5_000;

  private final Managers disk = new Managers();
  private int port; // 0 until the first start: any free one
  private @Nullable ImapServer imap;

  /** Makes an empty mailbox; its login is the address, its password {@link #PASSWORD}. */
  void create(String address) {
    try {
      disk.getUserManager().createUser(address, address, PASSWORD);
    } catch (UserException e) {
      throw new IllegalStateException("mailbox " + address, e);
    }
  }

  boolean has(String address) {
    return user(address) != null;
  }

  /** Puts one message at the end of the user's INBOX. */
  void store(String address, byte[] message) throws IOException {
    GreenMailUser user = user(address);
    if (user == null) {
      throw new IOException("no mailbox " + address);
    }
    try {
      disk.getImapHostManager()
          .getInbox(user)
          .store(new MimeMessage(null, new ByteArrayInputStream(message)));
    } catch (MessagingException e) {
      throw new IOException(e);
    } catch (Exception e) { // GreenMail's folder declares no narrower type
      throw new IOException("GreenMail could not store", e);
    }
  }

  /** Serves IMAP; after a first time on the same port again. */
  synchronized void startImap() throws IOException {
    ServerSetup setup = new ServerSetup(port, LOOPBACK, ServerSetup.PROTOCOL_IMAP);
    ImapServer server = new ImapServer(setup, disk);
    server.startService();
    awaitRunning(server);
    port = server.getPort();
    imap = server;
  }

  /** Closes the IMAP port and every IMAP connection. */
  synchronized void stopImap() {
    if (imap != null) {
      imap.stopService();
      imap = null;
    }
  }

  synchronized InetSocketAddress imapAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private @Nullable GreenMailUser user(String address) {
    return disk.getUserManager().getUserByEmail(address.toLowerCase(Locale.ROOT));
  }

  private static void awaitRunning(ImapServer server) throws IOException {
    try {
      if (!server.waitTillRunning(START_TIMEOUT_MILLIS)) {
        throw new IOException("IMAP did not start within " + START_TIMEOUT_MILLIS + " ms");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while IMAP started", e);
    }
  }
}
