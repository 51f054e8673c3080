/** In which order, how fast and how often held mail is tried: the dispatcher and what drives it. */
@NullMarked
package org.holdfast.holdqueue.dispatch;

import org.jspecify.annotations.NullMarked;
