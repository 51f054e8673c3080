package org.holdfast.gateway.cli;

/** What the process ends with. */
public final class ExitCode {

  public static final int DONE = 0;
  public static final int REFUSED = 1;
  public static final int USAGE = 2;
  public static final int UNREACHABLE = 3;

  /** Nobody reads the output any more ({@code | head}): what a shell shows for SIGPIPE. */
  public static final int BROKEN_PIPE = 128 + 13;

  private ExitCode() {}
}
