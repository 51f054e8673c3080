#compdef holdfast
# Asked of the program itself, once for each shell that completes it; then asked for what was typed.
eval "$(holdfast completion zsh 2>/dev/null)"
(( $+functions[_complete_holdfast] )) && _bash_complete -o default -F _complete_holdfast
