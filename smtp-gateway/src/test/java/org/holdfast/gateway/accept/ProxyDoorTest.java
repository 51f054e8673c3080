package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The PROXY protocol at the door, octet by octet. */
class ProxyDoorTest {

  private static final InetSocketAddress PROXY =
      new InetSocketAddress(InetAddress.ofLiteral("10.0.0.9"), 40000);
  private static final InetSocketAddress LOCAL =
      new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 25);
  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
  private static final String V1 = "PROXY TCP4 192.0.2.7 198.51.100.1 56324 25\r\n";
  private static final String V2_TCP4 = SIGNATURE + "2111000c" + "c0000207c6336401dc040019";

  private final ProxyDoor door =
      new ProxyDoor(List.of("10.0.0.0/24"), 2, new RejectLog(() -> Instant.EPOCH));
  private @Nullable Peer peer;
  private boolean greeted;
  private final ByteArrayOutputStream followed = new ByteArrayOutputStream();

  private void letIn(Channel channel, Peer told) {
    peer = told;
    channel.pipeline().addLast(new Follower());
  }

  /** In the place of a conversation. */
  private final class Follower extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      greeted = true;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf octets = (ByteBuf) message;
      byte[] bytes = new byte[octets.readableBytes()];
      octets.readBytes(bytes);
      octets.release();
      followed.writeBytes(bytes);
    }
  }

  private EmbeddedChannel arrived() {
    EmbeddedChannel channel = new EmbeddedChannel();
    door.await(channel, PROXY, LOCAL, peer -> letIn(channel, peer));
    return channel;
  }

  private static byte[] v1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] v2(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static byte[] joined(byte[] one, byte[] two) {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(one);
    both.writeBytes(two);
    return both.toByteArray();
  }

  static Stream<Arguments> good() {
    return Stream.of(
        arguments(v1(V1), "192.0.2.7", 56324),
        arguments(v1("PROXY TCP6 2001:db8::7 2001:db8::1 1 65535\r\n"), "2001:db8:0:0:0:0:0:7", 1),
        arguments(v1("PROXY UNKNOWN\r\n"), "10.0.0.9", 40000),
        arguments(v1("PROXY UNKNOWN " + "f".repeat(91) + "\r\n"), "10.0.0.9", 40000), // 107 octets
        arguments(v2(V2_TCP4), "192.0.2.7", 56324),
        arguments(
            v2(
                SIGNATURE
                    + "21210024"
                    + "20010db8000000000000000000000007"
                    + "20010db8000000000000000000000001"
                    + "dc040019"),
            "2001:db8:0:0:0:0:0:7",
            56324),
        // with TLVs: a unique id and an authority
        arguments(
            v2(SIGNATURE + "21110018" + "c0000207c6336401dc040019" + "0500033132330200036d7831"),
            "192.0.2.7",
            56324),
        // LOCAL, with addresses that do not count, and without
        arguments(v2(SIGNATURE + "2011000c" + "c0000207c6336401dc040019"), "10.0.0.9", 40000),
        arguments(v2(SIGNATURE + "20000000"), "10.0.0.9", 40000),
        // UNSPEC, and a UNIX socket at the proxy's other side
        arguments(v2(SIGNATURE + "21000000"), "10.0.0.9", 40000),
        arguments(
            v2(SIGNATURE + "213100d8" + "2f73".repeat(54) + "2f64".repeat(54)), "10.0.0.9", 40000));
  }

  @ParameterizedTest
  @MethodSource("good")
  void header_cutAtAnyOctet_tellsTheClient_andWhatFollowsIsRead(
      byte[] header, String address, int port) {
    byte[] all = joined(header, v1("EHLO mx1\r\n"));
    for (int cut : IntStream.rangeClosed(0, all.length).toArray()) {
      EmbeddedChannel channel = arrived();
      peer = null;
      greeted = false;
      followed.reset();
      channel.writeInbound(Unpooled.copiedBuffer(all, 0, cut));
      assertThat(peer != null)
          .as("told after %d of %d", cut, header.length)
          .isEqualTo(cut >= header.length);
      channel.writeInbound(Unpooled.copiedBuffer(all, cut, all.length - cut));
      assertThat(peer).isNotNull();
      assertThat(peer.address().getHostAddress()).isEqualTo(address);
      assertThat(peer.socket().getPort()).isEqualTo(port);
      assertThat(peer.connected()).isEqualTo(peer.address());
      assertThat(greeted).isTrue();
      assertThat(followed.toString(StandardCharsets.US_ASCII)).isEqualTo("EHLO mx1\r\n");
      assertThat(channel.isOpen()).isTrue();
      assertThat(door.waiting()).isZero();
      assertThat(channel.finishAndReleaseAll()).isFalse();
    }
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        arguments((Object) v1("EHLO mx1.example.com\r\n")),
        arguments((Object) v1("PROXY TCP4 192.0.2.7 198.51.100.1 56324\r\n")),
        arguments((Object) v1("PROXY TCP4 192.0.2.7 198.51.100.1 56324 65536\r\n")),
        arguments((Object) v1("PROXY TCP4 192.0.2.777 198.51.100.1 56324 25\r\n")),
        arguments((Object) v1("PROXY TCP4 mx1.example.com 198.51.100.1 56324 25\r\n")),
        arguments((Object) v1("PROXY TCP4 ::1 ::2 1 2\r\n")),
        arguments((Object) v1("PROXY TCP4 192.0.2.07 198.51.100.1 56324 25\r\n")),
        arguments((Object) v1("PROXY TCP4 010.0.2.7 198.51.100.1 56324 25\r\n")),
        arguments((Object) v1("PROXY TCP4 192.0.2.7 198.051.100.1 56324 25\r\n")),
        arguments((Object) v1("PROXY UDP4 192.0.2.7 198.51.100.1 56324 25\r\n")),
        arguments((Object) v1("PROXY UNKNOWN " + "f".repeat(200) + "\r\n")),
        arguments((Object) v1("x".repeat(300))),
        arguments((Object) v2(SIGNATURE + "1111000c" + "c0000207c6336401dc040019")), // version 1
        arguments((Object) v2(SIGNATURE + "2211000c" + "c0000207c6336401dc040019")), // command 2
        arguments((Object) v2(SIGNATURE + "2112000c" + "c0000207c6336401dc040019")), // UDP
        arguments((Object) v2(SIGNATURE + "2141000c" + "c0000207c6336401dc040019")), // family 4
        // lengths that lie: too short for the addresses, a TLV beyond the end, more than we take
        arguments((Object) v2(SIGNATURE + "2111000b" + "c0000207c6336401dc0400")),
        arguments((Object) v2(SIGNATURE + "21110010" + "c0000207c6336401dc040019" + "0500ff31")),
        arguments((Object) v2(SIGNATURE + "2111ffff" + "00".repeat(216 + Limits.PROXY_TLVS + 1))));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void header_bad_closesWithoutAWord(byte[] header) {
    EmbeddedChannel channel = arrived();
    channel.writeInbound(Unpooled.copiedBuffer(header));
    assertThat(channel.isOpen()).isFalse();
    assertThat(peer).isNull();
    assertThat(channel.<Object>readOutbound()).isNull();
    assertThat(door.waiting()).isZero();
    channel.finishAndReleaseAll();
  }

  @Test
  void header_tlvsAtTheBound_areReadAndAboveItNot() {
    for (int over : List.of(0, 1)) {
      // Netty counts what the longest addresses leave free as room for TLVs, too
      int room = 216 + Limits.PROXY_TLVS - 12 - 3 + over;
      EmbeddedChannel channel = arrived();
      peer = null;
      byte[] head =
          v2(
              SIGNATURE
                  + "2111"
                  + hex(12 + 3 + room)
                  + "c0000207c6336401dc040019"
                  + "04"
                  + hex(room));
      channel.writeInbound(Unpooled.copiedBuffer(joined(head, new byte[room])));
      assertThat(peer != null).isEqualTo(over == 0);
      assertThat(channel.isOpen()).isEqualTo(over == 0);
      channel.finishAndReleaseAll();
    }
  }

  private static String hex(int sixteenBits) {
    return HexFormat.of().toHexDigits((short) sixteenBits);
  }

  @Test
  void header_late_closes() {
    EmbeddedChannel channel = arrived();
    channel.writeInbound(Unpooled.copiedBuffer(v1("PROXY ")));
    channel.advanceTimeBy(Limits.PROXY_HEADER_SECONDS - 1, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isTrue();
    channel.advanceTimeBy(1, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isFalse();
    assertThat(door.waiting()).isZero();
  }

  @Test
  void waiting_moreThanAreLetIn_isClosedAtOnce_andAllAtTheEnd() {
    EmbeddedChannel one = arrived();
    EmbeddedChannel two = arrived();
    assertThat(arrived().isOpen()).isFalse();
    assertThat(door.waiting()).isEqualTo(2);
    var _ = one.close();
    assertThat(arrived().isOpen()).isTrue();
    door.close();
    assertThat(two.isOpen()).isFalse();
  }

  @Test
  void proxies_areThoseOfTheList() {
    assertThat(door.isProxy(PROXY.getAddress())).isTrue();
    assertThat(door.isProxy(LOCAL.getAddress())).isTrue();
    assertThat(
            door.isProxy(new InetSocketAddress(InetAddress.ofLiteral("10.0.1.1"), 1).getAddress()))
        .isFalse();
  }
}
