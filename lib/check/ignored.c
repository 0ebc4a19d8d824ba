/* SPDX-License-Identifier: MIT */
/*
 * Reads the few instructions behind a call (x86-64; elsewhere nothing is certain). The result is in eax. Instructions that
 * don't touch eax are passed over; one that writes it without reading it, or another call, means that the result was
 * ignored; any other means that it may have been looked at.
 */
#include "check/ignored.h"

#ifdef __x86_64__

enum { INSTRUCTIONS = 12, EAX = 0, RSP = 4, RBP = 5 };
enum verdict { GO_ON, OVERWRITTEN, UNKNOWN };

/* An instruction under the eye: its prefix, and where it is. */
struct code {
    const uint8_t *at;
    uint8_t rex;
};

struct operands {
    unsigned reg;   /* the register operand, or what extends the opcode */
    bool uses_eax;  /* the other operand is eax, or memory that eax points to */
    bool is_memory;
};

/* Reads the operands at code->at, and goes behind them. */
static struct operands read_operands(struct code *code)
{
    uint8_t byte = *code->at++;
    unsigned mod = byte >> 6, rm = byte & 7;
    struct operands operands = {.reg = (byte >> 3 & 7) | (code->rex & 4) << 1, .is_memory = mod != 3};
    bool base_extended = code->rex & 1, index_extended = code->rex & 2;

    if (mod != 3 && rm == RSP) {
        uint8_t sib = *code->at++;

        rm = sib & 7;
        if ((sib >> 3 & 7) == EAX && !index_extended)
            operands.uses_eax = true;
        if (rm == RBP && mod == 0)
            mod = 2;
    } else if (mod == 0 && rm == RBP) {
        mod = 2; /* relative to the instruction */
    }
    if (rm == EAX && !base_extended)
        operands.uses_eax = true;
    code->at += mod == 1 ? 1 : mod == 2 ? 4 : 0;
    return operands;
}

/* mov and lea from memory or a register, into a register. */
static enum verdict load(struct code *code)
{
    struct operands operands = read_operands(code);

    return operands.uses_eax ? UNKNOWN : operands.reg == EAX ? OVERWRITTEN : GO_ON;
}

static enum verdict store(struct code *code)
{
    struct operands operands = read_operands(code);

    return operands.reg == EAX || (operands.is_memory && operands.uses_eax) ? UNKNOWN : operands.uses_eax ? OVERWRITTEN : GO_ON;
}

static enum verdict clear(struct code *code)
{
    uint8_t byte = *code->at;
    struct operands operands = read_operands(code);
    bool same = byte >> 6 == 3 && (byte >> 3 & 7) == (byte & 7) && (code->rex & 5) % 5 == 0;

    return same && operands.reg == EAX ? OVERWRITTEN : same ? GO_ON : UNKNOWN;
}

static enum verdict store_constant(struct code *code)
{
    struct operands operands = read_operands(code);

    code->at += 4;
    return !operands.uses_eax ? GO_ON : operands.is_memory ? UNKNOWN : OVERWRITTEN;
}

static enum verdict jump(struct code *code, bool near)
{
    int32_t distance = near ? (int8_t)code->at[0]
                            : (int32_t)((uint32_t)code->at[0] | (uint32_t)code->at[1] << 8 | (uint32_t)code->at[2] << 16 | (uint32_t)code->at[3] << 24);

    code->at += (near ? 1 : 4) + distance;
    return GO_ON;
}

static enum verdict two_bytes(struct code *code)
{
    uint8_t opcode = *code->at++;

    if (opcode != 0x1f) /* nop */
        return UNKNOWN;
    read_operands(code);
    return GO_ON;
}

/* add and sub of a constant, to the stack pointer alone. */
static enum verdict adjust(struct code *code, bool byte)
{
    struct operands operands = read_operands(code);

    code->at += byte ? 1 : 4;
    return !operands.is_memory && !operands.uses_eax && code->at[byte ? -2 : -5] % 8 == RSP ? GO_ON : UNKNOWN;
}

static enum verdict step(struct code *code)
{
    uint8_t opcode;

    while (*code->at == 0x66 || *code->at == 0x2e)
        code->at++;
    code->rex = (*code->at & 0xf0) == 0x40 ? *code->at++ : 0;
    opcode = *code->at++;
    if (opcode >= 0xb8 && opcode <= 0xbf) { /* mov constant, register */
        code->at += code->rex & 8 ? 8 : 4;
        return opcode == 0xb8 && !(code->rex & 1) ? OVERWRITTEN : GO_ON;
    }
    if (opcode >= 0x58 && opcode <= 0x5f) /* pop */
        return opcode == 0x58 && !(code->rex & 1) ? OVERWRITTEN : GO_ON;
    switch (opcode) {
    case 0x8b: case 0x8d: return load(code);
    case 0x89: return store(code);
    case 0x31: case 0x33: return clear(code);
    case 0xc7: return store_constant(code);
    case 0x83: return adjust(code, true);
    case 0x81: return adjust(code, false);
    case 0x90: case 0xc9: return GO_ON; /* nop, leave */
    case 0xeb: return jump(code, true);
    case 0xe9: return jump(code, false);
    case 0xe8: return OVERWRITTEN; /* a call */
    case 0x0f: return two_bytes(code);
    default: return UNKNOWN;
    }
}

bool ignored_result(const uint8_t *at)
{
    struct code code = {.at = at};

    for (int i = 0; i < INSTRUCTIONS; i++) {
        enum verdict verdict = step(&code);

        if (verdict != GO_ON)
            return verdict == OVERWRITTEN;
    }
    return false;
}

#else

bool ignored_result(const uint8_t *code)
{
    (void)code;
    return false;
}

#endif
