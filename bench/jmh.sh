#!/usr/bin/env bash
# The log alone, by JMH: appends and the scan of a recovery. Builds what it needs, then runs.
# usage: bench/jmh.sh [options of JMH, such as 'Append.*alone' -p size=4096, or -h]; BENCH_DIR says where the files go
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. .mvn/find-jdk.sh && find_jdk

./mvnw -B -q -pl holdqueue -Dspotless.check.skip=true -DskipTests test-compile dependency:build-classpath \
  -DincludeScope=test -Dmdep.outputFile=target/test-classpath.txt
exec "$JAVA_HOME/bin/java" -cp "holdqueue/target/test-classes:holdqueue/target/classes:$(cat holdqueue/target/test-classpath.txt)" \
  org.openjdk.jmh.Main -jvmArgsAppend "-Dbench.folder=${BENCH_DIR:-/tmp}" "$@"
