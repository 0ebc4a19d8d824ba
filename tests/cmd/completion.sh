# SPDX-License-Identifier: MIT
# The completions for bash, zsh and fish offer every command, and every option that its --help has.
. "$srcdir/tap.sh"
PATH=$top_builddir/tools:$PATH
completions=$top_srcdir/tools/completions
commands=$(limit 20 thrum --help | sed -nE 's/^  thrum .*//; s/^  ([a-z]+) .*/\1/p')
sorted() { tr -s ' =' '\n' | grep . | sort -u; }
options() { limit 20 thrum help "$1" | grep -oE -- '^ +(-[a-zA-Z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+'; }

# in_bash WORD...: what bash would offer for the last word.
in_bash() {
    limit 20 bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _thrum; printf "%s\n" "${COMPREPLY[@]}"' "$completions/bash/thrum" "$@" 2> /dev/null
}
is "bash: the commands" "$(in_bash thrum "" | grep -v '^-' | sorted)" "$( (echo help; echo "$commands") | sorted)"
for command in $commands; do
    is "bash: options of $command" "$(in_bash thrum "$command" -- | sorted)" "$(options "$command" | sorted)"
done
is "bash: deadlock-report" "$(in_bash deadlock-report --js)" "--json"
is "bash: when there is colour" "$(in_bash thrum report --color = n)" "never"
is "bash: the program behind --" "$(in_bash thrum record -- true | head -n 1)" "true"
mkdir -p "$tmp/here/mill"
is "bash: traces" "$(cd "$tmp/here" && in_bash thrum timeline mi)" "mill"

if command -v fish > /dev/null; then
    export HOME=$tmp
    in_fish() { limit 20 fish --no-config -c "source $completions/fish/thrum.fish; complete -C '$*'" | cut -f 1; }
    is "fish: the commands" "$(in_fish "thrum " | sorted)" "$( (echo help; echo "$commands") | sorted)"
    for command in $commands; do
        is "fish: options of $command" "$(in_fish "thrum $command --" | sorted)" "$(options "$command" | sorted)"
    done
    is "fish: when there is colour" "$(in_fish "thrum report --color=n")" "--color=never"
else
    skip "fish" "fish isn't installed"
fi

if command -v zsh > /dev/null; then
    # Its functions, without the menu that only a terminal has.
    in_zsh() { limit 20 zsh -fc 'functions[_run]=$(<$0); functions[_thrum]=; _run 2> /dev/null; _thrum_options "$@"' "$completions/zsh/_thrum" "$@"; }
    ok "zsh: it can be read" zsh -n "$completions/zsh/_thrum"
    for command in $commands; do
        is "zsh: options of $command" "$(in_zsh thrum "$command" | grep -oE -- '^--[a-z-]+' | sed 's/-$//' | sorted)" "$(options "$command" | sorted)"
    done
else
    skip "zsh" "zsh isn't installed"
fi
done_testing
