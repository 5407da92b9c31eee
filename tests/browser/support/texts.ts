// The page's own texts: tests look for what people read.
export { en as texts } from '../../../canisters/front/web/src/texts/en';
