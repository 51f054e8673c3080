@NullMarked
package org.holdfast.holdqueue.dispatch;

import org.jspecify.annotations.NullMarked;
