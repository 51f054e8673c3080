package org.holdfast.gateway.conf;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Standing;
import org.junit.jupiter.api.Test;

class NdjsonDumpTest {

  @Test
  void members_areObjects_asInTheApi() throws Exception {
    StringBuilder text = new StringBuilder();
    NdjsonDump dump = new NdjsonDump(text);
    List<Member> members =
        List.of(
            new Member("a", HostPort.parse("h:24"), null),
            new Member("b", HostPort.parse("h:25"), HostPort.parse("h:143")));
    dump.pairs(List.of(new Pair("p", members, "a", true, new Standing("", Instant.EPOCH, "", 0))));
    dump.end();
    assertThat(text)
        .hasToString(
            """
            {"pair":"p","members":{"a":{"lmtp":"h:24"},"b":{"lmtp":"h:25","imap":"h:143"}},"active":"a","state":"hold"}
            {"end":0}
            """);
  }
}
