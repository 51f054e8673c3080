package org.holdfast.gateway.peers;

import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * A message as a mailbox holds it.
 *
 * @param number which the sender gave it
 * @param holdfastId empty when it did not pass the gateway
 * @param body its text
 */
record Mail(int number, String holdfastId, String body) {

  private static final String NUMBER = "X-Test-Number";
  private static final String TIMEOUT_MILLIS = "20000";

  /** Everything in the user's INBOX, in the mailbox's order, bodies included. */
  static List<Mail> read(DovecotPair pair, String user) throws MessagingException, IOException {
    Properties limits = new Properties();
    limits.put("mail.imap.timeout", TIMEOUT_MILLIS);
    try (Store store = Session.getInstance(limits).getStore("imap")) {
      store.connect("127.0.0.1", pair.imapPort, user, DovecotPair.PASSWORD);
      try (Folder inbox = store.getFolder("INBOX")) {
        inbox.open(Folder.READ_ONLY);
        List<Mail> mail = new ArrayList<>();
        for (Message message : inbox.getMessages()) {
          mail.add(of(message));
        }
        return mail;
      }
    }
  }

  /**
   * Hands {@code first} to {@code last} to an MTA, each with its own number, over one connection.
   */
  static void send(UpstreamMx mx, String user, int first, int last) throws MessagingException {
    Properties limits = new Properties();
    limits.put("mail.smtp.timeout", TIMEOUT_MILLIS);
    limits.put("mail.smtp.localhost", "sender.test");
    Session session = Session.getInstance(limits);
    try (Transport smtp = session.getTransport("smtp")) {
      smtp.connect("127.0.0.1", mx.port(), null, null);
      InternetAddress[] to = {new InternetAddress(user)};
      for (int number = first; number <= last; number++) {
        smtp.sendMessage(message(session, user, number), to);
      }
    }
  }

  /** What the body of this number says. */
  static String text(int number) {
    return "This is number " + number + ".\r\n.and a line that begins with a dot\r\n";
  }

  private static MimeMessage message(Session session, String user, int number)
      throws MessagingException {
    MimeMessage message = new MimeMessage(session);
    message.setFrom("sender@sender.test");
    message.setRecipients(Message.RecipientType.TO, user);
    message.setSubject("Number " + number);
    message.setHeader(NUMBER, Integer.toString(number));
    message.setText(text(number));
    message.saveChanges();
    return message;
  }

  private static Mail of(Message message) throws MessagingException, IOException {
    return new Mail(
        Integer.parseInt(header(message, NUMBER, "0")),
        header(message, "X-Holdfast-Id", ""),
        message.getContent().toString());
  }

  private static String header(Message message, String name, String otherwise)
      throws MessagingException {
    String[] values = message.getHeader(name);
    return values == null ? otherwise : values[0].strip();
  }
}
