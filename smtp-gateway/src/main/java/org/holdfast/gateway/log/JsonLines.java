package org.holdfast.gateway.log;

import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * Logback's JSON lines, with the fields of a line at the top level (numbers as numbers, lists as
 * arrays) instead of in a list of pairs, so that {@code jq .id} finds them. Thread-safe.
 */
public final class JsonLines extends JsonEncoder {

  private static final boolean[] STRING = SafeText.plain("\"\\");

  public JsonLines() {
    setWithSequenceNumber(false);
    setWithNanoseconds(false);
    setWithContext(false);
    setWithMarkers(false);
    setWithMDC(false);
    setWithKVPList(false);
    setWithMessage(false);
    setWithArguments(false);
    setWithThrowable(false);
  }

  @Override
  protected void appendCustomFields(StringBuilder line, ILoggingEvent event) {
    member(line, "message", event.getFormattedMessage());
    List<KeyValuePair> fields = event.getKeyValuePairs();
    if (fields != null) {
      fields.forEach(field -> member(line, field.key, field.value));
    }
    IThrowableProxy failure = event.getThrowableProxy();
    if (failure != null) {
      member(line, "trace", ThrowableProxyUtil.asString(failure));
    }
  }

  private static void member(StringBuilder line, String name, @Nullable Object value) {
    line.append(",\"").append(name).append("\":");
    switch (value) {
      case Number number -> line.append(number);
      case List<?> list -> array(line, list);
      case null, default -> string(line, String.valueOf(value));
    }
  }

  private static void array(StringBuilder line, List<?> list) {
    line.append('[');
    for (int i = 0; i < list.size(); i++) {
      if (i > 0) {
        line.append(',');
      }
      string(line, String.valueOf(list.get(i)));
    }
    line.append(']');
  }

  private static void string(StringBuilder line, String text) {
    line.append('"');
    SafeText.append(line, text, STRING);
    line.append('"');
  }
}
