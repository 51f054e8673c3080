/** An append-only log of records in segments: what is in it survived the fsync. */
@NullMarked
package org.holdfast.holdqueue.log;

import org.jspecify.annotations.NullMarked;
