package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The words of XCLIENT and XFORWARD, and the names of protocols. */
class ClientAttributesTest {

  private static final InetSocketAddress BEFORE =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 4000);

  @Test
  void xclient_everything_isTaken() throws Refusal {
    Introduction told =
        Introduction.parse(
            "name=mx1.example.com ADDR=192.0.2.7 PORT=1025 PROTO=esmtp HELO=me LOGIN=alice+40x"
                + " DESTADDR=IPV6:2001:db8::1 DESTPORT=25");
    assertThat(told.address(BEFORE))
        .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 1025));
    assertThat(told.destination(BEFORE))
        .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 25));
    assertThat(told.name(null)).isEqualTo("mx1.example.com");
    assertThat(told.login()).isEqualTo("alice@x");
  }

  @Test
  void xclient_whatIsNotTold_stays_butTheLogin() throws Refusal {
    Introduction told = Introduction.parse("HELO=x");
    assertThat(told.address(BEFORE)).isEqualTo(BEFORE);
    assertThat(told.destination(BEFORE)).isEqualTo(BEFORE);
    assertThat(told.name("before")).isEqualTo("before");
    assertThat(told.login()).isNull();
    assertThat(Introduction.parse("PORT=7").address(BEFORE).getPort()).isEqualTo(7);
    assertThat(Introduction.parse("ADDR=192.0.2.7").address(BEFORE).getPort()).isZero();
  }

  @Test
  void xclient_unavailable_isUnknown() throws Refusal {
    Introduction told =
        Introduction.parse(
            "NAME=[TEMPUNAVAIL] ADDR=[UNAVAILABLE] LOGIN=[unavailable] PORT=[UNAVAILABLE]");
    assertThat(told.withoutAddress()).isTrue();
    assertThat(told.name("before")).isNull();
    assertThat(told.login()).isNull();
    assertThat(Introduction.parse("NAME=[UNAVAILABLE]").name("before")).isNull();
    assertThat(Introduction.parse("NAME=[UNAVAILABLE]").withoutAddress()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ADDR",
        "ADDR=",
        "=x",
        "FOO=1",
        "ADDR=mx1.example.com",
        "ADDR=[TEMPUNAVAIL]",
        "ADDR=192.0.2",
        "ADDR=192.0.2.256",
        "ADDR=IPV6:192.0.2.1",
        "ADDR=[::1]",
        "ADDR=fe80::1%eth0",
        "NAME=a_b..c",
        "NAME=a+20b",
        "NAME=[192.0.2.1]",
        "NAME=-a.example",
        "PORT=65536",
        "PORT=x",
        "PORT=-1",
        "DESTADDR=x",
        "DESTPORT=99999",
        "PROTO=HTTP"
      })
  void xclient_bad_is501(String argument) {
    assertThatThrownBy(() -> Introduction.parse(argument))
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.reply().code()).isEqualTo(501));
  }

  @Test
  void value_atTheBound_isTakenAndAboveItNot() throws Refusal {
    List<String> known = List.of("HELO");
    String longest = "x".repeat(ClientAttributes.VALUE);
    assertThat(ClientAttributes.parse("HELO=" + longest, known)).containsEntry("HELO", longest);
    assertThatThrownBy(() -> ClientAttributes.parse("HELO=x" + longest, known))
        .isInstanceOf(Refusal.class);
  }

  @ParameterizedTest
  @CsvSource({
    "a+2Bb, a+b",
    "a+2bb, a+b",
    "a+3Db, a=b",
    "a+0Ab, a?b",
    "a+E2+80+A8b, a???b",
    "alice+lists@x, alice+lists@x", // not xtext: as it is
    "a+, a+",
    "a+4, a+4"
  })
  void xtext_isDecoded_andWhatIsNoneStaysAsItIs(String raw, String text) throws Refusal {
    assertThat(ClientAttributes.parse("X=" + raw, List.of("X"))).containsEntry("X", text);
  }

  @ParameterizedTest
  @CsvSource({
    "SMTP,false,false,false,false,SMTP",
    "SMTP,false,false,true,false,SMTP",
    "SMTP,true,false,false,false,ESMTP",
    "SMTP,true,false,true,false,ESMTPS",
    "SMTP,true,false,false,true,ESMTPA",
    "SMTP,true,false,true,true,ESMTPSA",
    "SMTP,true,true,false,false,UTF8SMTP",
    "SMTP,true,true,true,false,UTF8SMTPS",
    "SMTP,true,true,false,true,UTF8SMTPA",
    "SMTP,true,true,true,true,UTF8SMTPSA",
    "LMTP,false,false,false,false,LMTP",
    "LMTP,true,false,false,false,LMTP",
    "LMTP,true,false,true,false,LMTPS",
    "LMTP,true,false,false,true,LMTPA",
    "LMTP,true,false,true,true,LMTPSA",
    "LMTP,true,true,false,false,UTF8LMTP",
    "LMTP,true,true,true,false,UTF8LMTPS",
    "LMTP,true,true,true,true,UTF8LMTPSA"
  })
  void protocol_isNamedAsRegistered(
      Dialect dialect,
      boolean extended,
      boolean international,
      boolean encrypted,
      boolean loggedIn,
      String name) {
    assertThat(ProtocolName.of(dialect, extended, international, encrypted, loggedIn))
        .isEqualTo(name);
  }

  @Test
  void connections_moved_countForTheOtherClient() {
    var one = BEFORE.getAddress();
    var two = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 1).getAddress();
    Connections connections = new Connections(10, 2, 0, System::nanoTime);
    assertThat(connections.enter(one)).isNull();
    assertThat(connections.enter(one)).isNull();
    assertThat(connections.move(one, one)).isTrue();
    assertThat(connections.move(one, two)).isTrue();
    assertThat(connections.enter(one)).isNull();
    assertThat(connections.enter(two)).isNull();
    assertThat(connections.move(one, two)).isFalse();
    assertThat(connections.enter(one)).isEqualTo(Limit.CLIENT_CONNECTIONS);
    assertThat(connections.open()).isEqualTo(4);
    connections.leave(two);
    assertThat(connections.move(one, two)).isTrue();
  }
}
