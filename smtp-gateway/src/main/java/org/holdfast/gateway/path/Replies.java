package org.holdfast.gateway.path;

import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.StoreException;
import org.holdfast.routing.Location;

/**
 * Every reply of ours that has to do with a recipient or a message, in one place (interface:
 * section 6). Protocol replies are in {@code accept}.
 */
public final class Replies {

  public static final Reply RECIPIENT_OK = new Reply(250, "2.1.5", "Recipient OK");
  public static final Reply UNKNOWN_USER = new Reply(550, "5.1.1", "No such user here");
  public static final Reply NO_POSTMASTER =
      new Reply(550, "5.1.1", "No mailbox for postmaster here");
  public static final Reply USER_CLOSED = new Reply(550, "5.2.1", "Mailbox is closed");
  public static final Reply NOT_SERVED = new Reply(550, "5.7.1", "Relaying denied");
  public static final Reply MAP_UNAVAILABLE =
      new Reply(451, "4.3.0", "User map unavailable, try again later");
  public static final Reply NO_ROOM =
      new Reply(452, "4.3.1", "Insufficient system storage, try again later");
  public static final Reply STORE_FAILED =
      new Reply(451, "4.3.0", "Storage trouble, try again later");
  public static final Reply SHUTTING_DOWN =
      new Reply(421, "4.3.2", "Service shutting down, try again later");
  public static final Reply TOO_MANY_HOPS =
      new Reply(554, "5.4.6", "Too many hops, possible mail loop");

  private Replies() {}

  /** Why the queue takes no mail, as the sender hears it. */
  public static Reply refusal(StoreException.Cause why) {
    return switch (why) {
      case NO_ROOM -> NO_ROOM;
      case FAILED -> STORE_FAILED;
      case CLOSED -> SHUTTING_DOWN;
    };
  }

  /** A recipient that went away, was closed, or never was. */
  static Reply gone(Location location) {
    return switch (location) {
      case Location.Mailbox m -> USER_CLOSED;
      case Location.UnknownUser u -> UNKNOWN_USER;
      case Location.ForeignDomain f -> NOT_SERVED;
    };
  }

  /** The message is safe: a backend has it or it is on stable storage. */
  public static Reply accepted(String id) {
    return new Reply(250, "2.0.0", "OK id=" + id);
  }
}
