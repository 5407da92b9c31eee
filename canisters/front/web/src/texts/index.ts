// The texts in use. With a second language this chooses by `navigator.languages`.
import { en, type Texts } from './en';

export const texts: Texts = en;
