package org.holdfast.gateway.log;

import ch.qos.logback.classic.pattern.TargetLengthBasedClassNameAbbreviator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.util.CachingDateFormatter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.event.KeyValuePair;

/**
 * Log lines for people and grep: {@code TIME LEVEL [THREAD] LOGGER MESSAGE FIELDS}. Thread-safe;
 * its own instead of a Logback pattern because every line must stay one, and be cheap.
 */
public final class TextLines extends EncoderBase<ILoggingEvent> {

  private static final byte[] NOTHING = {};
  private static final boolean[] MESSAGE = SafeText.plain("");
  private static final int LINE = 512;
  private static final int LOGGER_NAME = 20;

  /** Logger names are as many as there are classes that log. */
  private final Map<String, String> names = new ConcurrentHashMap<>();

  private final TargetLengthBasedClassNameAbbreviator abbreviator =
      new TargetLengthBasedClassNameAbbreviator(LOGGER_NAME);
  private final CachingDateFormatter dates =
      new CachingDateFormatter("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");

  @Override
  public byte[] encode(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(LINE);
    line.append(dates.format(event.getTimeStamp())).append(' ');
    line.append(event.getLevel());
    line.append(event.getLevel().levelStr.length() == 4 ? "  [" : " [");
    line.append(event.getThreadName()).append("] ");
    line.append(names.computeIfAbsent(event.getLoggerName(), abbreviator::abbreviate)).append(' ');
    SafeText.append(line, String.valueOf(event.getFormattedMessage()), MESSAGE);
    List<KeyValuePair> fields = event.getKeyValuePairs();
    if (fields != null) {
      FieldText.append(line, fields);
    }
    line.append('\n');
    trace(line, event.getThrowableProxy());
    return line.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Each line of it is indented, so that none passes for a line of the log. */
  private static void trace(StringBuilder line, IThrowableProxy failure) {
    if (failure == null) {
      return;
    }
    ThrowableProxyUtil.asString(failure)
        .lines()
        .forEach(one -> {
          line.append('\t');
          SafeText.append(line, one.strip(), MESSAGE);
          line.append('\n');
        });
  }

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }
}
