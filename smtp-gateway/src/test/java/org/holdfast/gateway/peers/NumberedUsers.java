package org.holdfast.gateway.peers;

import java.util.List;

/** A map of users with numbers in their names, all at one member. */
final class NumberedUsers {

  private NumberedUsers() {}

  /** The address of one of them. */
  static String address(String kind, int number) {
    return kind + number + "@example.com";
  }

  /**
   * The map's file: so many who are held, and so many of each of these kinds whose mail flows.
   *
   * @param port the member's, for LMTP
   */
  static String map(int port, int count, List<String> flowing) {
    StringBuilder map =
        new StringBuilder(
            """
            pairs:
              - { name: imap5-6, members: { imap5: { lmtp: "127.0.0.1:%d" } }, active: imap5 }
            users:
            """
                .formatted(port));
    for (int i = 0; i < count; i++) {
      map.append(user(address("held", i), ", state: moving"));
      for (String kind : flowing) {
        map.append(user(address(kind, i), ""));
      }
    }
    return map.toString();
  }

  private static String user(String address, String more) {
    return "  - { address: " + address + ", pair: imap5-6" + more + " }\n";
  }
}
