// Reads the captcha's pictures, as a test must where a person would. It knows how they are drawn (canisters/front/src/captcha.rs):
// it draws many characters of its own, bent and disturbed in the same ways, and answers what most of the nearest ones are.
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

const WIDTH = 192;
const HEIGHT = 64;
const STEP = 36;
const MARGIN = 24;
const LENGTH = 5;

/** What is compared: this many pixels to each side of a character's usual place, and every second one of them. */
const REACH = 22;
const COLUMNS = REACH;
const ROWS = HEIGHT / 2;
/** Of each character. */
const SAMPLES = 500;
const NEAREST = 7;

type Point = [number, number];
type Random = () => number;

interface Sample {
  character: string;
  features: Float32Array;
}

/** Grey levels 0 (paper) to 1 (ink). */
class Canvas {
  readonly ink = new Float32Array(WIDTH * HEIGHT);

  stamp([x, y]: Point, radius: number, ink: number): void {
    const reach = radius + 1;
    for (let row = Math.max(0, Math.ceil(y - reach)); row <= Math.min(HEIGHT - 1, y + reach); row += 1) {
      for (let column = Math.max(0, Math.ceil(x - reach)); column <= Math.min(WIDTH - 1, x + reach); column += 1) {
        const cover = Math.min(1, Math.max(0, radius + 0.5 - length(column - x, row - y)));
        const at = row * WIDTH + column;
        const before = this.ink[at] ?? 0;
        this.ink[at] = ink > 0 ? Math.max(before, cover * ink) : Math.min(before, 1 - cover);
      }
    }
  }

  line(from: Point, to: Point, radius: number, ink: number, bend: (point: Point) => Point): void {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const steps = Math.max(1, Math.ceil(length(dx, dy) / 1.1));
    for (let step = 0; step <= steps; step += 1) {
      this.stamp(bend([from[0] + (dx * step) / steps, from[1] + (dy * step) / steps]), radius, ink);
    }
  }
}

export class CaptchaReader {
  private readonly strokes: Map<string, Point[][]>;
  private readonly samples: Sample[] = [];

  /** Takes a few seconds. `glyphs` is the source that holds the characters' strokes. */
  constructor(
    glyphs: string,
    private readonly random: Random = generator(1),
  ) {
    this.strokes = parseStrokes(readFileSync(glyphs, 'utf8'));
    const characters = [...this.strokes.keys()];
    const any = (): string => characters[Math.floor(random() * characters.length)] ?? '';
    for (let round = 0; round < (SAMPLES * characters.length) / LENGTH; round += 1) {
      const text = Array.from(
        { length: LENGTH },
        (_, place) => characters[(round * LENGTH + place) % characters.length] ?? any(),
      );
      const ink = this.draw(text);
      for (const [place, character] of text.entries()) this.samples.push({ character, features: features(ink, place) });
    }
  }

  /** What the picture most likely says. `png` is in base64. */
  read(png: string): string {
    const ink = decode(Buffer.from(png, 'base64'));
    return Array.from({ length: LENGTH }, (_, place) => this.nearest(features(ink, place))).join('');
  }

  /** A picture of that text, as the canister draws it. */
  draw(text: readonly string[]): Float32Array {
    const canvas = new Canvas();
    const wave = this.wave();
    for (const [place, character] of text.entries()) this.character(canvas, wave, character, MARGIN + STEP * place);
    for (let line = 0; line < 5; line += 1) {
      const isInk = line % 2 === 0;
      const radius = isInk ? this.between(0.7, 1.1) : this.between(0.5, 0.8);
      const ends: [Point, Point] = [
        [0, this.between(8, HEIGHT - 8)],
        [WIDTH, this.between(8, HEIGHT - 8)],
      ];
      canvas.line(...ends, radius, isInk ? 0.85 : 0, this.wave());
    }
    for (let speckle = 0; speckle < 90; speckle += 1) {
      const at: Point = [this.between(0, WIDTH), this.between(0, HEIGHT)];
      canvas.stamp(at, this.between(0.4, 1.2), this.between(0.3, 0.9));
    }
    return canvas.ink.map((ink) => Math.round(ink * 3) / 3);
  }

  private character(canvas: Canvas, wave: (point: Point) => Point, character: string, x: number): void {
    const centre: Point = [x + this.between(-3, 3), HEIGHT / 2 + this.between(-4, 4)];
    const turn = this.between(-0.3, 0.3);
    const [sin, cos] = [Math.sin(turn), Math.cos(turn)];
    const shear = this.between(-0.22, 0.22);
    const scale: Point = [this.between(2.5, 3.1), this.between(2.5, 3.1)];
    const radius = this.between(1.2, 1.9);
    const place = ([column, row]: Point): Point => {
      const down = (row - 6) * scale[1];
      const right = (column - 4) * scale[0] + shear * down;
      return [centre[0] + right * cos - down * sin, centre[1] + right * sin + down * cos];
    };
    for (const stroke of this.strokes.get(character) ?? []) {
      for (const [index, to] of stroke.slice(1).entries()) {
        canvas.line(place(stroke[index] ?? to), place(to), radius, 1, wave);
      }
    }
  }

  private wave(): (point: Point) => Point {
    const amplitude: Point = [this.between(1.5, 3), this.between(2, 4)];
    const turns = 2 * Math.PI;
    const frequency: Point = [turns / this.between(34, 60), turns / this.between(60, 110)];
    const phase: Point = [this.between(0, turns), this.between(0, turns)];
    return ([x, y]) => [
      x + amplitude[0] * Math.sin(y * frequency[0] + phase[0]),
      y + amplitude[1] * Math.sin(x * frequency[1] + phase[1]),
    ];
  }

  private nearest(wanted: Float32Array): string {
    const found = this.samples
      .map(({ character, features: one }) => ({ character, distance: distance(wanted, one) }))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, NEAREST);
    const votes = new Map<string, number>();
    for (const { character, distance: far } of found) votes.set(character, (votes.get(character) ?? 0) + 1 / far);
    return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
  }

  private between(low: number, high: number): number {
    return low + (high - low) * this.random();
  }
}

/** The part of the picture that a character is in, blurred, at half its size, with all the ink at the same place. */
function features(ink: Float32Array, place: number): Float32Array {
  const middle = MARGIN + STEP * place;
  const at = (column: number, row: number): number =>
    column < 0 || column >= WIDTH || row < 0 || row >= HEIGHT ? 0 : (ink[row * WIDTH + column] ?? 0);
  const result = new Float32Array(COLUMNS * ROWS);
  for (let row = 0; row < ROWS; row += 1) {
    for (let column = 0; column < COLUMNS; column += 1) {
      let sum = 0;
      for (let dy = -1; dy <= 2; dy += 1) {
        for (let dx = -1; dx <= 2; dx += 1) sum += at(middle - REACH + column * 2 + dx, row * 2 + dy);
      }
      // Ink far from the middle is rather a neighbour's.
      const edge = Math.abs(column * 2 - REACH);
      result[row * COLUMNS + column] = sum * (edge > 17 ? 0.4 : 1);
    }
  }
  const norm = Math.sqrt(result.reduce((sum, value) => sum + value * value, 0)) || 1;
  return result.map((value) => value / norm);
}

/** `Math.hypot` guards against overflows that cannot be here, and takes many times as long. */
function length(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    sum += difference * difference;
  }
  return sum;
}

/** `b'a' => &[&[(0, 12), ...], ...]` of each character. */
function parseStrokes(source: string): Map<string, Point[][]> {
  const table = source.slice(source.indexOf('match character'));
  const rows = table.matchAll(/b'(.)' => ((?:&|\[|\]|\(|\)|,|\d|\s)+?)(?=\n\s+(?:b'|_ =>))/g);
  return new Map(
    [...rows].map(([, character = '', list = '']) => {
      const json = list
        .replace(/[&\s]/g, '')
        .replace(/\(/g, '[')
        .replace(/\)/g, ']')
        .replace(/,+([\]]|$)/g, '$1');
      return [character, JSON.parse(json) as Point[][]];
    }),
  );
}

/** Ink of a PNG with two bits a pixel and no filters. */
export function decode(png: Buffer): Float32Array {
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const rows = inflateSync(Buffer.concat(data));
  const stride = WIDTH / 4 + 1;
  return Float32Array.from({ length: WIDTH * HEIGHT }, (_, index) => {
    const [row, column] = [Math.floor(index / WIDTH), index % WIDTH];
    const byte = rows[row * stride + 1 + (column >> 2)] ?? 0;
    return 1 - ((byte >> (6 - 2 * (column & 3))) & 3) / 3;
  });
}

/** Random numbers below 1, the same in each run. */
function generator(seed: number): Random {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
