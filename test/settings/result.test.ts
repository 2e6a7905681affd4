import { printable } from "../../settings/result";

test("a long text is cut between characters, wherever the cut falls", () => {
  for (let blanks = 0; blanks < 4; blanks += 1) {
    const shown = printable(`${" ".repeat(blanks)}${"\u{10000}".repeat(60)}`);
    expect(shown).toMatch(/\.\.\.$/);
    expect(shown).not.toMatch(/\p{Cs}/u);
  }
});
