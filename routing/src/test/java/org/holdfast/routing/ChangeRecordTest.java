package org.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChangeRecordTest {

  private static final Instant THEN = Instant.ofEpochMilli(1_795_000_000_000L);

  static Stream<MapChange> everyChange() {
    Standing standing = new Standing("raid died", THEN, "ops", 300);
    return Stream.of(
        new MapChange.Reset(299),
        new MapChange.PutUsers(
            List.of(
                new User("a@example.com", "p1", UserState.ACTIVE, standing),
                new User(
                    "j\u00FCrgen@example.com",
                    "p2",
                    UserState.CLOSED,
                    new Standing("", THEN.minusMillis(5), "ops", 17)))),
        new MapChange.RemoveUser("a@example.com", standing),
        new MapChange.PutPair(
            new Pair(
                "p1",
                List.of(
                    new Member("m1", new HostPort("127.0.0.1", 24), new HostPort("::1", 143)),
                    new Member("m2", new HostPort("host", 65535), null)),
                "m2",
                true,
                standing)),
        new MapChange.PutAliases(List.of(new Alias("@b.example", "@a.example")), 301),
        new MapChange.RemoveAlias("@b.example", standing),
        new MapChange.PutHold("*", true, standing),
        new MapChange.PutUsers(
            List.of(
                new User("a@example.com", "p1", UserState.MOVING, "p2", standing),
                new User("b@example.com", "p1", UserState.RECOVERING, standing))),
        new MapChange.RemovePair("p1", standing),
        new MapChange.PutDomains(List.of("a.example", "b.example"), 302),
        new MapChange.RemoveDomain("b.example", standing));
  }

  @ParameterizedTest
  @MethodSource("everyChange")
  void record_writtenAndRead_isTheSame(MapChange change) throws IOException {
    assertThat(ChangeRecord.decode(ChangeRecord.encode(change))).isEqualTo(change);
  }

  /** The bytes are on operators' disks: when this fails, raise the version and read the old one. */
  @Test
  void record_bytes_areThoseOfVersion1() {
    String bytes =
        String.join(
            "\n",
            everyChange().map(c -> HexFormat.of().formatHex(ChangeRecord.encode(c))).toList());
    assertThat(bytes).isEqualTo(GOLDEN);
  }

  @ParameterizedTest
  @MethodSource("everyChange")
  void record_cutAnywhere_isRefused(MapChange change) {
    byte[] whole = ChangeRecord.encode(change);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> ChangeRecord.decode(cut)).isInstanceOf(IOException.class);
    }
    byte[] longer = Arrays.copyOf(whole, whole.length + 1);
    assertThatThrownBy(() -> ChangeRecord.decode(longer)).isInstanceOf(IOException.class);
  }

  @Test
  void record_unknownVersionTypeOrState_isRefused() {
    for (String hex : List.of("0201ab02", "010b", "010001", "0102000000010161090000000000")) {
      byte[] bytes = HexFormat.of().parseHex(hex);
      assertThatThrownBy(() -> ChangeRecord.decode(bytes)).isInstanceOf(IOException.class);
    }
  }

  private static final String GOLDEN =
      """
      0101ab02
      010205027031036f70730972616964206469656402703200ac0280f8b2e5bd68020d61406578616d706c652e636f6d000001020000136ac3bc7267656e406578616d706c652e636f6d03030104b50409
      01030d61406578616d706c652e636f6d0972616964206469656480f8b2e5bd68036f7073ac02
      0104027031026d32010972616964206469656480f8b2e5bd68036f7073ac0202026d310c3132372e302e302e313a3234095b3a3a315d3a313433026d320a686f73743a363535333500
      0105ad02010a40622e6578616d706c650a40612e6578616d706c65
      01060a40622e6578616d706c650972616964206469656480f8b2e5bd68036f7073ac02
      0107012a010972616964206469656480f8b2e5bd68036f7073ac02
      010204027031036f707309726169642064696564027032ac0280f8b2e5bd68020d61406578616d706c652e636f6d810001020000030d62406578616d706c652e636f6d020001020000
      01080270310972616964206469656480f8b2e5bd68036f7073ac02
      0109ae020209612e6578616d706c6509622e6578616d706c65
      010a09622e6578616d706c650972616964206469656480f8b2e5bd68036f7073ac02\
      """;
}
