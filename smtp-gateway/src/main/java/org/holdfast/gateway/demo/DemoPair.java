package org.holdfast.gateway.demo;

import java.io.IOException;
import java.util.List;

/**
 * A backend pair: the active member takes the mail, the standby is there for a failover.
 *
 * @param name such as {@code imap5-6}
 */
record DemoPair(String name, DemoMember active, DemoMember standby) {

  static DemoPair of(String name, String active, String standby) {
    return new DemoPair(name, new DemoMember(active), new DemoMember(standby));
  }

  void start() throws IOException {
    for (DemoMember member : members()) {
      member.start();
    }
  }

  void stop() {
    members().forEach(DemoMember::die);
  }

  void createMailbox(String address) {
    members().forEach(member -> member.createMailbox(address));
  }

  List<DemoMember> members() {
    return List.of(active, standby);
  }
}
