/* SPDX-License-Identifier: MIT */
/*
 * Money is moved between accounts, each of which has a mutex of its own: one function, one pair of call sites, and the
 * order depends on who pays whom. Nothing but luck prevents the deadlock.
 *
 *     first               second
 *     lock from: A
 *     lock to: B
 *     unlock both
 *                         lock from: B
 *                         lock to: A
 *                         unlock both
 */
#include "play.h"

struct account {
    pthread_mutex_t mutex;
    long balance;
};
static struct account *account_a, *account_b;

static struct account *open_account(long balance)
{
    struct account *account = malloc(sizeof *account);
    if (!account)
        abort();
    account->balance = balance;
    MUST(pthread_mutex_init(&account->mutex, NULL));
    return account;
}

__attribute__((noinline)) static void transfer(struct account *from, struct account *to, long amount)
{
    MUST(pthread_mutex_lock(&from->mutex));
    MUST(pthread_mutex_lock(&to->mutex));
    from->balance -= amount;
    to->balance += amount;
    MUST(pthread_mutex_unlock(&to->mutex));
    MUST(pthread_mutex_unlock(&from->mutex));
}

static void *first(void *unused)
{
    transfer(account_a, account_b, 10);
    luck_pass();
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    transfer(account_b, account_a, 20);
    return unused;
}

int main(void)
{
    account_a = open_account(100);
    account_b = open_account(100);
    RUN_BOTH(first, second);
    if (account_a->balance != 110 || account_b->balance != 90)
        return 1;
}
