package org.holdfast.gateway.accept;

import javax.net.ssl.SSLSession;

/** How a connection is encrypted: TLS version and cipher suite, as Java names them. */
record Encryption(String version, String cipher) {

  static Encryption of(SSLSession session) {
    return new Encryption(session.getProtocol(), session.getCipherSuite());
  }

  /** As a comment in {@code Received:}. */
  String comment() {
    return "(using " + version + " with cipher " + cipher + ")";
  }

  /** As one word of a log line. */
  String word() {
    return version + "/" + cipher;
  }
}
