package org.holdfast.gateway.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import org.slf4j.LoggerFactory;

/** Sets how this process's log lines on stderr look. Called before they matter, by one thread. */
public final class LogLines {

  /** The appender of {@code logback.xml}. */
  private static final String APPENDER = "stderr";

  private LogLines() {}

  /**
   * Changes the appender of the shipped configuration; one that an operator brought by {@code
   * logback.configurationFile} is left alone but for the level.
   *
   * @param json one object a line instead of text
   * @param level a name of {@link Level}; below INFO it counts for our own lines only
   */
  public static void use(boolean json, String level) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    level(level);
    if (root.getAppender(APPENDER) instanceof ConsoleAppender<ILoggingEvent> stderr
        && stderr.getEncoder() instanceof TextLines
        && json) {
      replace(stderr, new JsonLines(), context);
    }
  }

  /** The level alone; at any time, from any thread. */
  public static void level(String level) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    Level ours = Level.toLevel(level, Level.INFO);
    context
        .getLogger(Logger.ROOT_LOGGER_NAME)
        .setLevel(ours.isGreaterOrEqual(Level.INFO) ? ours : Level.INFO);
    context.getLogger("org.holdfast").setLevel(ours);
  }

  private static void replace(
      ConsoleAppender<ILoggingEvent> stderr,
      Encoder<ILoggingEvent> encoder,
      LoggerContext context) {
    stderr.stop();
    encoder.setContext(context);
    encoder.start();
    stderr.setEncoder(encoder);
    stderr.start();
  }
}
