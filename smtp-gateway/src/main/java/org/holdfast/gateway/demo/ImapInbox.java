package org.holdfast.gateway.demo;

import jakarta.mail.FetchProfile;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** One user's INBOX, opened over real IMAP. Not thread-safe. */
final class ImapInbox implements AutoCloseable {

  private static final String TIMEOUT_MILLIS = "10000";
  private static final String HOLDFAST_ID = "X-Holdfast-Id";

  private final Store store;
  private final Folder inbox;

  ImapInbox(InetSocketAddress server, String user) throws MessagingException {
    Properties limits = new Properties();
    limits.put("mail.imap.connectiontimeout", TIMEOUT_MILLIS);
    limits.put("mail.imap.timeout", TIMEOUT_MILLIS);
    store = Session.getInstance(limits).getStore("imap");
    store.connect(server.getAddress().getHostAddress(), server.getPort(), user, Mailboxes.PASSWORD);
    inbox = store.getFolder("INBOX");
    inbox.open(Folder.READ_WRITE);
  }

  static List<ReadMail> read(InetSocketAddress server, String user) throws MessagingException {
    try (ImapInbox inbox = new ImapInbox(server, user)) {
      return inbox.read();
    }
  }

  /** Everything in it, in the mailbox's order. */
  List<ReadMail> read() throws MessagingException {
    Message[] messages = inbox.getMessages();
    FetchProfile headers = new FetchProfile();
    headers.add(Sender.NUMBER);
    headers.add(HOLDFAST_ID);
    inbox.fetch(messages, headers);
    List<ReadMail> mail = new ArrayList<>();
    for (Message message : messages) {
      mail.add(
          new ReadMail(
              Integer.parseInt(header(message, Sender.NUMBER, "0")),
              header(message, HOLDFAST_ID, "")));
    }
    return mail;
  }

  /** Appends everything to the other INBOX, as a restore does; returns how many. */
  int copyTo(ImapInbox other) throws MessagingException {
    Message[] messages = inbox.getMessages();
    other.inbox.appendMessages(messages);
    return messages.length;
  }

  @Override
  public void close() throws MessagingException {
    try (store) {
      inbox.close(false);
    }
  }

  private static String header(Message message, String name, String otherwise)
      throws MessagingException {
    String[] values = message.getHeader(name);
    return values == null ? otherwise : values[0].strip();
  }
}
