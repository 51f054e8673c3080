package org.holdfast.gateway.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.mail.MessagingException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The demo's mail server over real LMTP and IMAP. */
class MailboxDoorIT {

  private static final String ALICE = "alice@example.com";
  private static final String BOB = "bob@example.com";

  private final DemoMember server = new DemoMember("imap5");

  @BeforeEach
  void start() throws IOException {
    server.createMailbox(ALICE);
    server.createMailbox(BOB);
    server.start();
  }

  @AfterEach
  void stop() {
    server.die();
  }

  @Test
  void pipelinedTransaction_twoRecipientsAndOneUnknown_repliesForEach() throws Exception {
    List<String> replies =
        talk(
            "LHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.com>\r\nRCPT TO:<x@example.com>\r\n"
                + "RCPT TO:<bob@example.com> NOTIFY=NEVER\r\nDATA\r\n"
                + mail(7)
                + ".\r\nQUIT\r\n");
    assertThat(replies)
        .anyMatch(line -> line.startsWith("550 5.1.1"))
        .filteredOn(line -> line.endsWith("Saved"))
        .hasSize(2);
    assertThat(read(ALICE)).containsExactly(new ReadMail(7, "gw1-7"));
    assertThat(read(BOB)).containsExactly(new ReadMail(7, "gw1-7"));
  }

  @Test
  void data_withoutRecipient_isRefused() throws Exception {
    assertThat(talk("LHLO me\r\nMAIL FROM:<>\r\nDATA\r\nQUIT\r\n"))
        .anyMatch(line -> line.startsWith("503"));
  }

  @Test
  void death_cutsOpenConnectionsAndAnswersNobody() throws Exception {
    try (Socket open = connect()) {
      BufferedReader in = reader(open);
      assertThat(in.readLine()).startsWith("220");
      server.die();
      assertThat(in.readLine()).isNull();
    }
    assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> read(ALICE)).isInstanceOf(MessagingException.class);
  }

  @Test
  void comingBack_afterDeath_hasTheMailAndTakesMoreOnTheSamePort() throws Exception {
    talk(transaction(1));
    server.die();
    server.serveImapOnly();
    assertThat(read(ALICE)).containsExactly(new ReadMail(1, "gw1-1"));
    assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
    server.takeMailAgain();
    talk(transaction(2));
    assertThat(read(ALICE)).containsExactly(new ReadMail(1, "gw1-1"), new ReadMail(2, "gw1-2"));
  }

  @Test
  void copy_toAnotherServer_keepsOrderAndHeaders() throws Exception {
    talk(transaction(1));
    talk(transaction(2));
    DemoMember other = new DemoMember("imap7");
    other.createMailbox(ALICE);
    other.start();
    try (ImapInbox from = new ImapInbox(server.imap(), ALICE);
        ImapInbox to = new ImapInbox(other.imap(), ALICE)) {
      assertThat(from.copyTo(to)).isEqualTo(2);
    }
    assertThat(ImapInbox.read(other.imap(), ALICE)).isEqualTo(read(ALICE)).hasSize(2);
    other.die();
  }

  private static String transaction(int number) {
    return "LHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<"
        + ALICE
        + ">\r\nDATA\r\n"
        + mail(number)
        + ".\r\nQUIT\r\n";
  }

  private static String mail(int number) {
    return "X-Holdfast-Id: gw1-%1$d\r\nX-Demo-Number: %1$d\r\n\r\n..hello\r\n".formatted(number);
  }

  private List<ReadMail> read(String user) throws MessagingException {
    return ImapInbox.read(server.imap(), user);
  }

  /** Says all at once and returns everything the server said until it hung up. */
  private List<String> talk(String all) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(all.getBytes(StandardCharsets.US_ASCII));
      BufferedReader in = reader(socket);
      List<String> replies = new ArrayList<>();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        replies.add(line);
      }
      return replies;
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(server.lmtp().getAddress(), server.lmtp().getPort());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
  }
}
