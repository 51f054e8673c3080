package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts of the front door that need a few lines each. */
class SmallPartsTest {

  @Test
  void queueId_clockSetBack_staysUniqueAndSorted() {
    AtomicLong now = new AtomicLong(1_800_000_000_000L);
    QueueId ids = new QueueId(() -> Instant.ofEpochMilli(now.get()));
    Set<String> seen = new HashSet<>();
    String last = "";
    for (int i = 0; i < 5000; i++) {
      String id = ids.next();
      assertThat(id).hasSize(16).isGreaterThan(last);
      assertThat(seen.add(id)).isTrue();
      last = id;
      now.addAndGet(i % 3 - 1);
    }
    assertThat(new QueueId(InstantSource.system()).next()).isNotEqualTo(ids.next());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void hops_countsReceivedInTheHeaderOnly_howeverSplit(int piece) {
    byte[] message =
        "Received: a\r\n\tReceived: no\r\nrECEIVED : b\r\nReceivedX: no\r\nX-Received: no\r\n\r\nReceived: body\r\n"
            .getBytes(StandardCharsets.US_ASCII);
    HeaderSection hops = new HeaderSection();
    for (int from = 0; from < message.length; from += piece) {
      hops.octets(message, from, Math.min(message.length, from + piece));
    }
    assertThat(hops.hops()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 1000})
  void messageId_isTheFirstOfTheHeader_howeverSplit(int piece) {
    assertThat(messageId("Subject: x\r\nMESSAGE-ID :  <a.b@x>\t\r\nMessage-ID: <c>\r\n\r\n", piece))
        .isEqualTo("a.b@x");
    assertThat(messageId("Message-ID:\r\n\t<a@\r\n x>\r\nTo: b\r\n", piece)).isEqualTo("a@ x");
    assertThat(messageId("Message-ID: bare@x\r\n", piece)).isEqualTo("bare@x");
    assertThat(messageId("Message-ID: <j\u00fcrg\u2028@x>\r\n", piece))
        .isEqualTo("j\u00fcrg\u2028@x");
    for (String none :
        new String[] {
          "",
          "Message-ID:\r\n\r\n",
          "To: a\r\n Message-ID: x\r\n",
          "\r\nMessage-ID: x\r\n",
          "X-Message-ID: x\r\n",
          "Message-IDs: x\r\n",
          "Message\rID: x\r\n"
        }) {
      assertThat(messageId(none, piece)).as(none).isNull();
    }
  }

  @Test
  void messageId_long_isCut() {
    assertThat(messageId("Message-ID: <" + "a".repeat(Limits.MESSAGE_ID - 2) + ">\r\n", 100))
        .isEqualTo("a".repeat(Limits.MESSAGE_ID - 2));
    assertThat(messageId("Message-ID: <" + "a".repeat(90_000) + ">\r\n", 100))
        .isEqualTo("<" + "a".repeat(Limits.MESSAGE_ID - 1) + "...");
  }

  private static @org.jspecify.annotations.Nullable String messageId(String message, int piece) {
    byte[] octets = message.getBytes(StandardCharsets.UTF_8);
    HeaderSection header = new HeaderSection();
    for (int from = 0; from < octets.length; from += piece) {
      header.octets(octets, from, Math.min(octets.length, from + piece));
    }
    return header.messageId();
  }

  @Test
  void allowList_matchesNetworksAndSingleAddresses() {
    AllowList allowed = new AllowList(List.of("192.0.2.0/24", "::1/128", "198.51.100.7"));
    assertThat(allowed.allows(InetAddress.ofLiteral("192.0.2.255"))).isTrue();
    assertThat(allowed.allows(InetAddress.ofLiteral("192.0.3.0"))).isFalse();
    assertThat(allowed.allows(InetAddress.ofLiteral("::1"))).isTrue();
    assertThat(allowed.allows(InetAddress.ofLiteral("::2"))).isFalse();
    assertThat(allowed.allows(InetAddress.ofLiteral("198.51.100.7"))).isTrue();
    assertThat(allowed.allows(InetAddress.ofLiteral("198.51.100.8"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "localhost", "10.0.0.0/33", "10.0.0.0/x", "10.0.0/8", "::1/129"})
  void allowList_nonsense_isNamed(String entry) {
    assertThatThrownBy(() -> new AllowList(List.of(entry)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not a network: " + entry);
  }

  @Test
  void parameters_good_areKept() throws Refusal {
    assertThat(Parameters.ofMail(Parameters.parse("x  size=12 body=8bitmime SMTPUTF8 RET=full", 1)))
        .isEqualTo(Map.of("BODY", "8BITMIME", "SMTPUTF8", "", "RET", "FULL"));
    assertThat(Parameters.size(Map.of("SIZE", "3000000000"))).isEqualTo(3_000_000_000L);
    assertThat(Parameters.size(Map.of("SIZE", "99999999999999999999"))).isEqualTo(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " SIZE=",
        " SIZE=x",
        " SIZE=-1",
        " SIZE=123456789012345678901",
        " SIZE=1 size=2",
        " BODY=BINARY",
        " RET=SOME",
        " ENVID=a+b",
        " ENVID=",
        "SIZE=1",
        " =1",
        " -A=1",
        " FOO",
        " FOO=bar",
        " AUTH=<>",
        " SMTPUTF8=1",
        " A=B=C",
        " SIZE"
      })
  void parameters_bad_areRefused(String text) {
    assertThatThrownBy(() -> Parameters.ofMail(Parameters.parse(text, 0)))
        .isInstanceOf(Refusal.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " NOTIFY=NEVER,DELAY", " NOTIFY=", " NOTIFY=ALWAYS", " NOTIFY=DELAY,", " ORCPT=a@b",
        " ORCPT=rfc822;", " ORCPT=;a", " ORCPT=rfc822;a+b", " NOTIFY=DELAY NOTIFY=DELAY", " X=y"
      })
  void recipientParameters_bad_areRefused(String text) {
    assertThatThrownBy(() -> Parameters.ofRecipient(Parameters.parse(text, 0), false))
        .isInstanceOf(Refusal.class);
  }

  @Test
  void reply_withControlCharacters_isOnePrintableLine() {
    String line = new String(WireReply.encode("550 a\r\nb\u00e4"), StandardCharsets.US_ASCII);
    assertThat(line).isEqualTo("550 a??b?\r\n");
    assertThat(WireReply.encode("x".repeat(1000))).hasSize(Limits.REPLY_LINE);
  }

  @Test
  void body_retainedTwice_isGivenBackOnce() {
    AtomicLong given = new AtomicLong();
    CountedBody body = CountedBody.inMemory(new byte[4], 2, given::incrementAndGet);
    assertThat(body.size()).isEqualTo(2);
    body.retain().release();
    assertThat(given).hasValue(0);
    body.release();
    assertThat(given).hasValue(1);
    assertThatThrownBy(body::retain).isInstanceOf(IllegalStateException.class);
  }
}
