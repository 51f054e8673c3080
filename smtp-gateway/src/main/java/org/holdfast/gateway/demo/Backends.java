package org.holdfast.gateway.demo;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The four mail servers of the story, in two pairs, on ports that happened to be free. */
final class Backends implements AutoCloseable {

  private final DemoPair imap56 = DemoPair.of("imap5-6", "imap5", "imap6");
  private final DemoPair imap78 = DemoPair.of("imap7-8", "imap7", "imap8");

  /** Starts them, with the mailboxes of those who live there. */
  Backends() throws IOException {
    Story.RESTORED.forEach(imap56::createMailbox);
    Story.UNTOUCHED.forEach(imap78::createMailbox);
    imap56.start();
    imap78.start();
  }

  List<DemoPair> pairs() {
    return List.of(imap56, imap78);
  }

  Map<String, DemoPair> homes() {
    Map<String, DemoPair> homes = new LinkedHashMap<>();
    Story.RESTORED.forEach(user -> homes.put(user, imap56));
    Story.UNTOUCHED.forEach(user -> homes.put(user, imap78));
    return homes;
  }

  DemoPair imap78() {
    return imap78;
  }

  DemoMember imap5() {
    return imap56.active();
  }

  DemoMember imap6() {
    return imap56.standby();
  }

  DemoMember imap7() {
    return imap78.active();
  }

  DemoMember imap8() {
    return imap78.standby();
  }

  @Override
  public void close() {
    pairs().forEach(DemoPair::stop);
  }
}
