package org.holdfast.gateway.demo;

import java.io.IOException;
import java.net.InetSocketAddress;

/** One mail server of a pair: an LMTP door and an IMAP service over the same mailboxes. */
final class DemoMember {

  private final String name;
  private final Mailboxes mailboxes = new Mailboxes();
  private final MailboxDoor door;

  DemoMember(String name) {
    this.name = name;
    this.door = new MailboxDoor(name, mailboxes);
  }

  String name() {
    return name;
  }

  void start() throws IOException {
    door.open();
    mailboxes.startImap();
  }

  /** No answers any more, on any port. What its disk holds stays. */
  void die() {
    door.die();
    mailboxes.stopImap();
  }

  /** The disk was put into a sound machine: the mailboxes can be read, mail is not taken. */
  void serveImapOnly() throws IOException {
    mailboxes.startImap();
  }

  /** The LMTP port opens again. */
  void takeMailAgain() throws IOException {
    door.open();
  }

  void createMailbox(String address) {
    mailboxes.create(address);
  }

  InetSocketAddress lmtp() {
    return door.address();
  }

  InetSocketAddress imap() {
    return mailboxes.imapAddress();
  }
}
