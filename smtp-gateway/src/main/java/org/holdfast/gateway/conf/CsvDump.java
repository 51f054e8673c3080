package org.holdfast.gateway.conf;

import java.io.IOException;
import java.util.List;
import org.holdfast.routing.Alias;
import org.holdfast.routing.MapSink;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.User;

/**
 * Writes the users of a map as CSV, as {@link UserCsv} reads it: what a spreadsheet needs, not
 * where they are moved to, why, or their priority. Used by one thread.
 */
public final class CsvDump implements MapSink {

  private final Appendable out;
  private boolean begun;

  public CsvDump(Appendable out) {
    this.out = out;
  }

  private void begin() throws IOException {
    if (!begun) {
      begun = true;
      out.append("address,pair,state\n");
    }
  }

  @Override
  public void pairs(List<Pair> pairs) throws IOException {
    begin();
  }

  @Override
  public void domains(List<String> page) {}

  @Override
  public void holds(List<DomainHold> holds) {}

  @Override
  public void users(List<User> page) throws IOException {
    begin();
    for (User user : page) {
      out.append(field(user.address())).append(',').append(user.pair()).append(',');
      out.append(user.state().word()).append('\n');
    }
  }

  @Override
  public void aliases(List<Alias> page) {}

  /** One field, quoted where it must be (RFC 4180). */
  public static String field(String text) {
    boolean plain = text.indexOf(',') < 0 && text.indexOf('"') < 0;
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
